"""Images that a program draws: occluding shapes of natural sizes, colours and textures.

Dead leaves (Matheron 1968) whose sizes follow a power law have the edges, occlusions and scale invariance of natural
images (Lee, Mumford and Huang, IJCV 2001), and denoisers that are trained on them come close to those that are trained
on photographs (Achddou, Gousseau and Ladjal, CVIU 2023). No photograph enters, not even its statistics by
way of a file: what is known of natural colours and spectra is in the numbers of this package.
"""
